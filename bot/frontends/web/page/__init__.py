"""The page's own files, served as they are; only ``index.html`` is worded first."""

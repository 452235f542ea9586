"""From a queued job to its picture: pipeline, worker, batches, portraits."""

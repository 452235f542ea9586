"""The person as painted or drawn."""

"""What a worker counts and times, for Prometheus."""

from prometheus_client import Counter, Histogram

_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)

WAITED = Histogram(
    "selfmoji_job_waited_seconds", "From being asked for to being taken.", ["kind"],
    buckets=_SECONDS,
)  # fmt: skip
WORKED = Histogram(
    "selfmoji_job_worked_seconds", "From being taken to the outcome.", ["kind"], buckets=_SECONDS
)
ENDED = Counter(
    "selfmoji_jobs_ended", "Jobs by how they ended: done, or a failure's code.", ["kind", "outcome"]
)
STAGE = Histogram(
    "selfmoji_stage_seconds", "Stages of a job: reading its photo, making, encoding.", ["stage"],
    buckets=_SECONDS,
)  # fmt: skip
BATCH = Histogram(
    "selfmoji_batch_items", "Items in one run of a network.", ["model"],
    buckets=(1, 2, 3, 4, 6, 8, 12, 16, 32),
)  # fmt: skip
BATCH_WAITED = Histogram(
    "selfmoji_batch_waited_seconds", "From the call of a network to its run.", ["model"],
    buckets=_SECONDS,
)  # fmt: skip
RAN = Histogram("selfmoji_network_seconds", "One run of a network.", ["model"], buckets=_SECONDS)

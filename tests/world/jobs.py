"""What exists of Glue's jobs."""

from look import client, each, every, optional, tagged


def job_runs():
    def ask(job):
        answer = optional(client("glue").get_job_runs, JobName=job["Name"])
        return [("job-run", f"{job['Name']}/{run['Id']}", run) for run in (answer or {}).get("JobRuns", [])]

    return sum(each(every("glue", "get_jobs", "Jobs"), ask), [])


LOOKS = (
    tagged("job", "get_jobs", "Jobs"),
    tagged("trigger", "get_triggers", "Triggers"),
    job_runs,
)
KINDS = "job trigger job-run".split()

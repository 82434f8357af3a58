"""The job object of a script. Bookmarks are not kept by a local endpoint, which refuses a run that enables them."""

from awsglue.refused import Refusing


class Job(Refusing):
    def __init__(self, glue_context):
        self.glue_context = glue_context
        self.name = None

    def init(self, job_name, args=None):
        self.name = job_name

    def commit(self):
        """Nothing to write: there are no bookmarks."""

    def isInitialized(self):  # noqa: N802 - AWS's name
        return self.name is not None

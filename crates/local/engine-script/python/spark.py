"""How Spark is set up for a job: everything on this machine, S3 through the endpoint."""

import os
import shutil

# A laptop has two cores or a few; Glue's 200 partitions would be 200 tasks for a handful of rows.
PARTITIONS = 4

QUIET = """rootLogger.level = warn
rootLogger.appenderRef.stderr.ref = console
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
# What is said of each start on a laptop, and means nothing there.
logger.native.name = org.apache.hadoop.util.NativeCodeLoader
logger.native.level = error
logger.metrics.name = org.apache.hadoop.metrics2
logger.metrics.level = error
logger.utils.name = org.apache.spark.util.Utils
logger.utils.level = error
"""


def no_java():
    """Why no Java can be started, or nothing."""
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=f"{home}/bin" if home else None):
        return None
    where = f"in JAVA_HOME ({home})" if home else "on the PATH"
    return (
        f"A Spark job needs Java 8, 11 or 17, and there is none {where}: install it (Debian and Ubuntu: "
        "apt-get install openjdk-17-jre-headless), then start the job again"
    )


def write(folder, endpoint, jars, extra):
    """Writes the configuration, and returns what the environment says of it. `extra` are the job's own settings."""
    conf = folder / "conf"
    conf.mkdir()
    scratch = folder / "tmp"
    settings = {
        "spark.master": "local[2]",
        # On the class path, not in spark.jars: Spark would copy 180 MB for each run.
        "spark.driver.extraClassPath": os.pathsep.join(str(jar) for jar in jars),
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={scratch} -Dderby.system.home={scratch}",
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.sql.shuffle.partitions": str(PARTITIONS),
        "spark.sql.session.timeZone": "UTC",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # Glue's own reader of s3:// is not to be had; S3A is Hadoop's.
        "spark.hadoop.fs.s3.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3n.impl": "org.apache.hadoop.fs.s3a.S3AFileSystem",
        "spark.hadoop.fs.s3a.endpoint": endpoint,
        "spark.hadoop.fs.s3a.path.style.access": "true",
        "spark.hadoop.fs.s3a.aws.credentials.provider": "com.amazonaws.auth.EnvironmentVariableCredentialsProvider",
        # No marker object in folders, as with Glue.
        "spark.hadoop.mapreduce.fileoutputcommitter.marksuccessfuljobs": "false",
    } | extra
    (conf / "spark-defaults.conf").write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    (conf / "log4j2.properties").write_text(QUIET)
    return {"SPARK_CONF_DIR": str(conf), "SPARK_LOCAL_IP": "127.0.0.1", "SPARK_LOCAL_DIRS": str(scratch)}

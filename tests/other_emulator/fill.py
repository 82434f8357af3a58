"""What the other emulator lacks or forgets, made of what it has: without it the layers `catalog`, `jobs` and `airflow`
and a NAT gateway could not be run there. disagreements.json names each of these things, and says who is right."""

import fill_ec2
import fill_glue
import fill_mwaa


def filled(app):
    """The emulator, with what it lacks."""
    return fill_ec2.filled(fill_glue.filled(fill_mwaa.filled(app)))

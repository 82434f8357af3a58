"""Lists of regions, read once: moto makes a new boto3 session for each list, and each one parses the same big file. And regions
that are on no list yet: the programs know which names can be one, and here each has three zones."""

import functools
import os

import boto3


def patch():
    """Has to come before moto is imported, which asks at import."""
    lists = boto3.Session.get_available_regions
    shared = boto3.Session()

    @functools.cache
    def known(service, partition_name, allow_non_regional):
        return tuple(lists(shared, service, partition_name, allow_non_regional))

    def get_available_regions(self, service_name, partition_name="aws", allow_non_regional=False):
        return list(known(service_name, partition_name, allow_non_regional))

    boto3.Session.get_available_regions = get_available_regions
    os.environ["MOTO_ALLOW_NONEXISTENT_REGION"] = "true"


def patch_zones():
    """Comes after: the class asks for the lists when it is made."""
    from moto.ec2.models import EC2Backend
    from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend, Zone

    begin = EC2Backend.__init__

    def begun(self, region_name, account_id):
        if region_name not in RegionsAndZonesBackend.zones:
            zones = [Zone(f"{region_name}{letter}", region_name, f"{region_name}-az{n}") for n, letter in enumerate("abc", 1)]
            # Another call may be going through the old one.
            RegionsAndZonesBackend.zones = {**RegionsAndZonesBackend.zones, region_name: zones}
        begin(self, region_name, account_id)

    EC2Backend.__init__ = begun

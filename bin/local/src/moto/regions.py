"""Lists of regions, read once. moto makes a new boto3 session for each list, and each one parses the same big file."""

import functools

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

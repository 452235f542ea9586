"""What commands and scripts start from: networks as the environment's settings name them."""

from inference.models.networks import Networks
from inference.models.runtime import open_networks
from inference.settings import InferenceSettings


def networks() -> Networks:
    """Read the settings and return their networks, none loaded yet; raises DeviceUnavailable."""
    return open_networks(InferenceSettings())

"""What commands and scripts start from: networks as the environment's settings name them."""

from inference.models.networks import Networks
from inference.models.runtime import open_networks
from inference.models.weights import Store
from inference.settings import InferenceSettings


def networks() -> Networks:
    """Read the settings and return their networks, none loaded yet; raises DeviceUnavailable."""
    return open_networks(InferenceSettings())


def weights() -> Store:
    """Read the settings and return where model files lie."""
    return Store(InferenceSettings().cache_dir)

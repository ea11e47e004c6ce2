"""The door that speaks as remove.bg does: a shop comes over by changing a host name."""

"""The coupled selective scan and its neighbours."""

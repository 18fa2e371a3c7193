"""Settings of TripGen on Azure (the TripGen physical architecture, production), one module per chapter."""

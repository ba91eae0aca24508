"""The chat widget: plain JavaScript, CSS and string tables, served as the one script `/widget.js`."""

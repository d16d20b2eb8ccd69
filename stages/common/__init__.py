"""What several rooms call: files, errors, images, and where work runs. It imports no room."""

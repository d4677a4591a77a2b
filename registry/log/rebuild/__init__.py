"""Making the views anew beside the live ones, comparing both at one position, and replacing only for a reason."""

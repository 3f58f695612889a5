"""What runs in a rival's own environment; imports nothing of Sanad, except in Sanad's own adapter."""

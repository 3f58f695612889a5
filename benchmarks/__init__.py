"""How good and how fast Sanad is, measured; each module is one command that writes its page of docs/."""

"""Rumelhart, Hinton and Williams, "Learning representations by back-propagating errors", Nature 323 (1986), 533-536."""

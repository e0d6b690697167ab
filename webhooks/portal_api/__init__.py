"""The portal API: loans and letters for the lender's and the merchants' own systems."""

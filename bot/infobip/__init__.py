"""Everything that knows Infobip, in both directions. Its wire models stop here."""

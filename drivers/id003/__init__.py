"""Note acceptors that speak JCM ID-003: UBA, iVIZION, EBA, WBA, TBV."""

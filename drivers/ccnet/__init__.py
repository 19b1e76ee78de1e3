"""Note acceptors that speak CashCode CCNET: SM, MSM, MVU, FLS, FL, GX and their like."""

"""AWS Security Hub CSPM: moto's, with the rules of imported findings."""

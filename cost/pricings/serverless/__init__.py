"""Types of the Serverless Application Model, priced as what they become."""

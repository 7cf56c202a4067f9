"""Ordinal answers as cut normal variables: tables of pairs, thresholds, polychoric correlations and their covariance.

binormal      the bivariate normal distribution over whole arrays
tables        categories, the tables of all pairs in one pass, thresholds
polychoric    correlations of all pairs at once
pair          two items alone: both ways of estimating, fit
covariance    the sampling covariance of thresholds and correlations
smoothing     what to do with a matrix that no data could have
"""

#pragma once

namespace crescendo {

/// E[max(exp(best) - exp(Y), 0)] for Y normal with this mean and deviation: what is gained over `best` where a model of
/// the logarithm of a cost predicts Y. Never below 0. Deviation 0: the gain at the mean itself.
///
/// Source: Hutter, Hoos, Leyton-Brown, Murphy 2009, "An Experimental Investigation of Model-Based Parameter
/// Optimisation", section 5.2.
double log_normal_improvement(double best, double mean, double deviation);

}  // namespace crescendo

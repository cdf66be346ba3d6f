#pragma once

#include <span>

namespace crescendo {

/// Kendall's tau-b of n pairs (a[i], b[i]): 1 where both order them alike, -1 where one reverses the other. Pairs that
/// tie in one of them count for neither side. 0 where one of them orders nothing. Infinities are allowed, NaN is not.
/// Source: Kendall 1945, "The treatment of ties in ranking problems". Cost: O(n^2).
double kendall_tau(std::span<const double> a, std::span<const double> b);

/// Variance of Kendall's tau of n >= 2 pairs that are unrelated, without ties: 2 (2n + 5) / (9n (n - 1)).
double kendall_variance(int n);

}  // namespace crescendo

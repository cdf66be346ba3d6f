#include "numeric/kendall.h"

#include <cmath>

#include "crescendo/error.h"

namespace crescendo {

double kendall_tau(std::span<const double> a, std::span<const double> b) {
  check(a.size() == b.size(), "what is ranked twice has two numbers each");
  const auto sign = [](double x, double y) { return (x < y) - (y < x); };
  double balance = 0, in_a = 0, in_b = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int by_a = sign(a[i], a[j]), by_b = sign(b[i], b[j]);
      balance += by_a * by_b;
      in_a += by_a * by_a;
      in_b += by_b * by_b;
    }
  }
  return in_a == 0 || in_b == 0 ? 0 : balance / std::sqrt(in_a * in_b);
}

double kendall_variance(int n) {
  check(n >= 2, "a rank correlation is that of at least two pairs");
  return 2.0 * (2 * n + 5) / (9.0 * n * (n - 1));
}

}  // namespace crescendo

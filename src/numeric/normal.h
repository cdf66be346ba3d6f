#pragma once

#include <bit>
#include <cstdint>

namespace crescendo {

/// Standard normal distribution function; relative precision of std::erfc, also far in the lower tail.
double normal_cdf(double z);

/// P(a < Z < b) of a standard normal Z, a <= b. Never a difference of numbers close to 1, so both tails are precise.
double normal_mass(double a, double b);

/// Inverse of normal_cdf for p in (0, 1), to a relative error of 1.2e-9.
/// Source: the rational approximation of P. J. Acklam (2003).
double normal_quantile(double p);

/// The number in [low, high] below which lies the share `u` of a normal truncated to that range. u in [0, 1].
double truncated_normal_quantile(double mean, double sigma, double low, double high, double u);

/// exp(x) to a relative error of 1e-10, and exp(-700) for what is below; x <= 700. Without branches and calls, so that
/// loops over it are vectorised: std::exp made up two thirds of a proposal of tpe. Always in line, or the linker could
/// take the function of a file that is compiled for other instructions.
[[gnu::always_inline]] inline double quick_exp(double x) {
  constexpr double kLog2E = 1.4426950408889634, kLn2High = 0.693147180369123816490,
                   kLn2Low = 1.90821492927058770002e-10;
  constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52: adding it rounds to a whole number, in the low bits
  x = x < -700 ? -700 : x;
  const double shifted = x * kLog2E + kRound;
  const double whole = shifted - kRound;
  const double r = (x - whole * kLn2High) - whole * kLn2Low;  // |r| <= ln(2) / 2
  double p = 1.0 / 362880;                                    // Taylor: the next term is below 7e-12
  p = p * r + 1.0 / 40320;
  p = p * r + 1.0 / 5040;
  p = p * r + 1.0 / 720;
  p = p * r + 1.0 / 120;
  p = p * r + 1.0 / 24;
  p = p * r + 1.0 / 6;
  p = p * r + 0.5;
  p = p * r + 1;
  p = p * r + 1;
  const auto power = (std::bit_cast<std::uint64_t>(shifted) + 1023) << 52;
  return p * std::bit_cast<double>(power);
}

}  // namespace crescendo

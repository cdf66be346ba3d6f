#include "importance/smooth_model.h"

#include <algorithm>
#include <cmath>

#include "importance/ridge.h"

namespace crescendo {
namespace {

// Chosen by the errors of shares on the functions of bench/importance (docs/importance.md). Fewer functions of pairs
// miss Ishigami's fourth power; less smooth ones follow noise.
constexpr std::size_t kFunctions = 12, kPairFunctions = 6;
constexpr double kSmoothness = 4, kPairSmoothness = 3;
constexpr std::size_t kMostProducts = 64;  // of a pair: many choices by many choices are left to the trees
constexpr std::size_t kMostPairs = 30;
constexpr double kEvidence = 3;  // standard deviations of what noise would explain
constexpr int kRounds = 3;       // pairs hide behind larger ones: the rest is looked at again when those are fitted
constexpr int kSweeps = 12;
constexpr double kSettled = 3e-3;      // relative change of the noise in a sweep
constexpr double kLeastNoise = 1e-12;  // of the losses' variance: what is fitted perfectly has none

struct Fitted {
  SmoothTerm term;
  std::vector<double> gram;      // [function][function]
  std::vector<double> expected;  // [function]: prior variance of its factor, up to `scale`
  double scale = 0;
  double known = 0;  // how many factors the data tell
};

class Fit {
 public:
  explicit Fit(const CellTable& table) : table_(table) {
    for (const Axis& axis : table.axes) {
      model_.alone.push_back(make_basis(axis, kFunctions, kSmoothness));
      model_.paired.push_back(make_basis(axis, kPairFunctions, kPairSmoothness));
    }
    model_.residuals = table.losses;
    centre();
    noise_ = spread_ = variance();
  }

  SmoothModel nothing() { return std::move(model_); }

  SmoothModel fit() {
    if (spread_ == 0) return std::move(model_);
    for (std::size_t axis = 0; axis < table_.width(); ++axis) {
      if (!table_.conditional(axis) || only_parent(table_, axis)) add_term({{}, axis, {}});
    }
    sweep();
    for (int round = 0; round < kRounds && add_pairs(); ++round) sweep();
    for (Fitted& fitted : fitted_) model_.terms.push_back(std::move(fitted.term));
    return std::move(model_);
  }

 private:
  const AxisBasis& right(const SmoothTerm& term) const {
    return term.left ? model_.paired[term.right] : model_.alone[term.right];
  }
  std::size_t count(const SmoothTerm& term) const {
    return right(term).count * (term.left ? model_.paired[*term.left].count : 1);
  }

  std::vector<double> expected(const SmoothTerm& term) const {
    if (!term.left) return right(term).expected;
    std::vector<double> products;
    for (const double l : model_.paired[*term.left].expected) {
      for (const double r : right(term).expected) products.push_back(l * r);
    }
    return products;
  }

  // A row's functions of a term; false where it is 0, for not being active.
  bool functions(const SmoothTerm& term, std::size_t row, double* out) const {
    const int cell = table_.cell(row, term.right);
    if (cell == kNoCell) return false;
    const AxisBasis& basis = right(term);
    const double* r = &basis.values[static_cast<std::size_t>(cell) * basis.count];
    if (!term.left) {
      std::copy_n(r, basis.count, out);
      return true;
    }
    const AxisBasis& left = model_.paired[*term.left];
    const double* l = &left.values[static_cast<std::size_t>(table_.cell(row, *term.left)) * left.count];
    for (std::size_t i = 0; i < left.count; ++i) {
      for (std::size_t j = 0; j < basis.count; ++j) *out++ = l[i] * r[j];
    }
    return true;
  }

  void add_term(SmoothTerm term) {
    const std::size_t n = count(term);
    if (n == 0) return;
    Fitted fitted{std::move(term), std::vector<double>(n * n), {}, noise_ / static_cast<double>(n)};
    fitted.term.factors.assign(n, 0);
    fitted.expected = expected(fitted.term);
    std::vector<double> z(n);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (!functions(fitted.term, row, z.data())) continue;
      for (std::size_t i = 0; i < n; ++i) {
        const double weighted = z[i] * table_.weights[row];
        for (std::size_t j = 0; j <= i; ++j) fitted.gram[i * n + j] += weighted * z[j];
      }
    }
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < i; ++j) fitted.gram[j * n + i] = fitted.gram[i * n + j];
    }
    fitted_.push_back(std::move(fitted));
  }

  std::vector<double> products_with_residuals(const SmoothTerm& term) const {
    std::vector<double> sums(count(term)), z(sums.size());
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (!functions(term, row, z.data())) continue;
      const double weighted = table_.weights[row] * model_.residuals[row];
      for (std::size_t i = 0; i < z.size(); ++i) sums[i] += weighted * z[i];
    }
    return sums;
  }

  // By how many standard deviations a pair explains more of the residuals than noise would. Functions' squares are
  // taken as if trials were spread evenly; the fit itself knows better.
  double evidence(const SmoothTerm& term) const {
    const std::vector<double> sums = products_with_residuals(term), expected_size = expected(term);
    double score = 0, spread = 0;
    for (std::size_t i = 0; i < sums.size(); ++i) {
      const double size = std::sqrt(expected_size[i]);
      score += size * (sums[i] * sums[i] / (static_cast<double>(table_.rows()) * noise_) - 1);
      spread += 2 * size * size;
    }
    return score / std::sqrt(spread);
  }

  bool has_pair(std::size_t a, std::size_t b) const {
    return std::any_of(fitted_.begin(), fitted_.end(),
                       [&](const Fitted& fitted) { return fitted.term.left == a && fitted.term.right == b; });
  }

  // The pairs with the most evidence get terms; whether there are any.
  bool add_pairs() {
    struct Candidate {
      double evidence;
      SmoothTerm term;
    };
    std::vector<Candidate> found;
    for (std::size_t a = 0; a < table_.width(); ++a) {
      for (std::size_t b = a + 1; b < table_.width(); ++b) {
        const SmoothTerm term = {a, b, {}};
        if (table_.conditional(a) || table_.conditional(b) || has_pair(a, b)) continue;
        if (count(term) == 0 || count(term) > kMostProducts) continue;
        if (const double clear = evidence(term); clear > kEvidence) found.push_back({clear, term});
      }
    }
    std::sort(found.begin(), found.end(),
              [](const Candidate& x, const Candidate& y) { return x.evidence > y.evidence; });
    const std::size_t before = fitted_.size();
    for (Candidate& candidate : found) {
      if (fitted_.size() >= kMostPairs + table_.width()) break;
      add_term(std::move(candidate.term));
    }
    return fitted_.size() > before;
  }

  void sweep() {
    for (int time = 0; time < kSweeps; ++time) {
      const double before = noise_;
      for (Fitted& fitted : fitted_) improve(fitted);
      centre();
      double known = 0;
      for (const Fitted& fitted : fitted_) known += fitted.known;
      const double rows = static_cast<double>(table_.rows());
      // Noise in units of its freedom: variance = noise * (1 - known / rows); the fixed point of adding what the
      // factors hide.
      noise_ = std::max(variance() + noise_ * std::min(known / rows, 1.0), kLeastNoise * spread_);
      if (std::abs(noise_ - before) < kSettled * before) break;
    }
  }

  void improve(Fitted& fitted) {
    std::vector<double>& factors = fitted.term.factors;
    const std::size_t n = factors.size();
    std::vector<double> sums = products_with_residuals(fitted.term), stiffness(n);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) sums[i] += fitted.gram[i * n + j] * factors[j];
      stiffness[i] = noise_ / (fitted.scale * fitted.expected[i]);
    }
    const RidgeFit fresh = fit_ridge(fitted.gram, stiffness, sums);
    double size = 0;
    fitted.known = 0;
    for (std::size_t i = 0; i < n; ++i) {
      fitted.known += 1 - fresh.doubt[i] * stiffness[i];
      size += fresh.factors[i] * fresh.factors[i] / fitted.expected[i];
    }
    std::vector<double> z(n);
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      if (!functions(fitted.term, row, z.data())) continue;
      double change = 0;
      for (std::size_t i = 0; i < n; ++i) change += (fresh.factors[i] - factors[i]) * z[i];
      model_.residuals[row] -= change;
    }
    factors = fresh.factors;
    // A term that explains nothing shrinks towards none, but never to a division by 0.
    const double least = 1e-9 * noise_ / static_cast<double>(table_.rows());
    fitted.scale = std::max(size / std::max(fitted.known, 1e-9), least);
  }

  void centre() {
    double sum = 0;
    for (std::size_t row = 0; row < table_.rows(); ++row) sum += table_.weights[row] * model_.residuals[row];
    const double mean = sum / static_cast<double>(table_.rows());
    model_.level += mean;
    for (double& residual : model_.residuals) residual -= mean;
  }

  double variance() const {
    double sum = 0;
    for (std::size_t row = 0; row < table_.rows(); ++row) {
      sum += table_.weights[row] * model_.residuals[row] * model_.residuals[row];
    }
    return sum / static_cast<double>(table_.rows());
  }

  const CellTable& table_;
  SmoothModel model_;
  std::vector<Fitted> fitted_;
  double noise_ = 0, spread_ = 0;  // variance of what no term explains, and of the losses
};

}  // namespace

SmoothModel fit_smooth(const CellTable& table) { return Fit(table).fit(); }

SmoothModel no_smooth(const CellTable& table) { return Fit(table).nothing(); }

}  // namespace crescendo

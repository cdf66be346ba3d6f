#include "sampler/local_search.h"

#include <algorithm>

#include "sampler/neighbours.h"

namespace crescendo {
namespace {

class Search {
 public:
  Search(RowSpace& rows, std::span<const double> start, double worth, const LocalSearchOptions& options, Rng& rng)
      : rows_(rows),
        options_(options),
        peak_{{start.begin(), start.end()}, worth},
        batch_(options.first_batch),
        deviation_(options.deviation),
        neighbourhood_(rows, start, deviation_, rng) {}

  bool active() const { return plateaus_ < options_.plateau_steps; }
  const Peak& peak() const { return peak_; }

  /// Appends the next neighbours.
  void ask(std::vector<double>& rows, Rng& rng) {
    asked_ = 0;
    exhausted_ = false;
    for (int i = 0; i < batch_ && !exhausted_; ++i) {
      rows.resize(rows.size() + rows_.width());
      exhausted_ = !neighbourhood_.next(std::span(rows).last(rows_.width()), rng);
      if (exhausted_) {
        rows.resize(rows.size() - rows_.width());
      } else {
        ++asked_;
      }
    }
  }

  std::size_t asked() const { return asked_; }

  /// Takes what the neighbours asked for are worth, and moves.
  void tell(std::span<const double> rows, std::span<const double> worth, Rng& rng) {
    for (std::size_t i = 0; i < asked_; ++i) {
      const auto row = rows.subspan(i * rows_.width(), rows_.width());
      if (worth[i] > peak_.worth) {
        peak_ = {{row.begin(), row.end()}, worth[i]};
        return improved(rng);
      }
      if (worth[i] == peak_.worth && equal_.empty()) equal_.assign(row.begin(), row.end());
    }
    batch_ = std::min(2 * batch_, options_.most_batch);
    if (exhausted_) walk(rng);
  }

 private:
  void improved(Rng& rng) {
    failures_ = 0;
    if (++successes_ % options_.patience == 0) deviation_ = std::min(2 * deviation_, options_.most_deviation);
    begin_neighbourhood(rng);
  }

  void walk(Rng& rng) {
    successes_ = 0;
    if (++failures_ % options_.patience == 0) deviation_ = std::max(deviation_ / 2, options_.least_deviation);
    if (++plateaus_ >= options_.plateau_steps) return;
    if (!equal_.empty()) peak_.row = equal_;
    begin_neighbourhood(rng);
  }

  void begin_neighbourhood(Rng& rng) {
    equal_.clear();
    batch_ = options_.first_batch;
    neighbourhood_ = Neighbourhood(rows_, peak_.row, deviation_, rng);
  }

  RowSpace& rows_;
  const LocalSearchOptions& options_;
  Peak peak_;
  int batch_;
  double deviation_;
  Neighbourhood neighbourhood_;
  std::vector<double> equal_;  // the first neighbour as good as the peak
  std::size_t asked_ = 0;
  bool exhausted_ = false;
  int plateaus_ = 0, successes_ = 0, failures_ = 0;
};

}  // namespace

std::vector<Peak> local_search(RowSpace& rows, std::span<const double> starts, const Worth& worth,
                               const LocalSearchOptions& options, Rng& rng) {
  const std::size_t width = rows.width(), count = starts.size() / width;
  std::vector<double> values(count), neighbours;
  worth(starts, values);
  std::vector<Search> searches;
  searches.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    searches.emplace_back(rows, starts.subspan(i * width, width), values[i], options, rng);
  }
  std::vector<Search*> active;
  for (;;) {
    active.clear();
    neighbours.clear();
    for (Search& search : searches) {
      if (!search.active()) continue;
      active.push_back(&search);
      search.ask(neighbours, rng);
    }
    if (active.empty()) break;
    values.resize(neighbours.size() / width);
    worth(neighbours, values);
    std::size_t done = 0;
    for (Search* search : active) {
      const std::size_t asked = search->asked();
      search->tell(std::span(neighbours).subspan(done * width), std::span(values).subspan(done), rng);
      done += asked;
    }
  }
  std::vector<Peak> peaks;
  for (const Search& search : searches) peaks.push_back(search.peak());
  std::stable_sort(peaks.begin(), peaks.end(), [](const Peak& a, const Peak& b) { return a.worth > b.worth; });
  return peaks;
}

}  // namespace crescendo

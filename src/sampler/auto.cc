#include <fmt/format.h>

#include <algorithm>

#include "sampler/samplers.h"

namespace crescendo {
namespace {

struct AutoOptions {
  int gp_trials = 500;
  int gp_parameters = 100;
  int forest_every = 4;
};

constexpr Option<AutoOptions> kOptions[] = {
    {"gp_trials", &AutoOptions::gp_trials, 0, 2000,
     "trials of a study that gp and smac propose points for; the later ones are tpe's"},
    {"gp_parameters", &AutoOptions::gp_parameters, 0, 1000, "parameters of a space, at most, where gp is used at all"},
    {"forest_every", &AutoOptions::forest_every, 0, 1000,
     "where gp is used, every so many-th point is smac's; 0: none"},
};

constexpr int kLeastGp = 20;  // trials, of gp's option `most`

bool uses_gp(const Space& space, const AutoOptions& options) {
  return options.gp_trials > 0 && space.size() <= static_cast<std::size_t>(options.gp_parameters);
}

/// The samplers that did best in bench/search for such a space and number of trials: `gp` with every fourth point from
/// `smac` at first, `tpe` after that.
///
/// smac supposes less of the loss than gp: where gp is sure of the wrong basin, or the loss is not smooth, smac's
/// points lead on, and gp learns from them. A rule of the trial's number and the space alone, so the same search
/// proposes the same points at any number of workers. The budget has no part in it: the same leads after 50, 100 and
/// 200 trials (docs/benchmarks.md, "What auto decides by"). `gp_trials` is what gp learns from at most; what a proposal
/// of it costs grows with the square.
class AutoSampler : public Sampler {
 public:
  explicit AutoSampler(const AutoOptions& options)
      : options_(options),
        gp_(gp_sampler().make({{"most", static_cast<double>(std::max(options.gp_trials, kLeastGp))}})),
        smac_(smac_sampler().make({})),
        tpe_(tpe_sampler().make({})) {}

  Point propose(const History& history, const Box& box, int number, Rng& rng) const override {
    return who(history.study().space, number).propose(history, box, number, rng);
  }

  // What smac stores of its initial design, or a larger budget would change which of its points belonged to that.
  void stamp(const History& history, int rung, Tag& tag) const override {
    who(history.study().space, static_cast<int>(history.trials().size())).stamp(history, rung, tag);
  }

 private:
  const Sampler& who(const Space& space, int number) const {
    if (number >= options_.gp_trials || !uses_gp(space, options_)) return *tpe_;
    const int every = options_.forest_every;
    return every > 0 && number % every == every - 1 ? *smac_ : *gp_;
  }

  AutoOptions options_;
  std::unique_ptr<Sampler> gp_, smac_, tpe_;
};

AutoOptions read(const Options& given) { return read_options<AutoOptions>(given, kOptions, "sampler auto"); }

std::string counted(std::size_t count, const char* what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string reason(const Study& study) {
  const AutoOptions options = read(study.sampler.options);
  const std::string size = counted(study.space.size(), "parameter");
  if (options.gp_trials == 0) return "tpe, because gp_trials = 0 leaves gp out";
  if (!uses_gp(study.space, options)) {
    return fmt::format("tpe, because gp is for at most {} parameters and {} trials and the space has {}",
                       options.gp_parameters, options.gp_trials, size);
  }
  std::string text = "gp";
  if (options.forest_every > 0) text += fmt::format(", one point in {} from smac", options.forest_every);
  text += fmt::format(", because the space has {} (at most {})", size, options.gp_parameters);
  const bool all = study.budget.trials && *study.budget.trials <= options.gp_trials;
  return all ? text : text + fmt::format("; after {} trials from tpe, which stays quick", options.gp_trials);
}

}  // namespace

SamplerEntry auto_sampler() {
  return {"auto",
          "gp, with every fourth point from smac, for 500 trials in spaces of at most 100 parameters, else tpe; the "
          "default",
          "bench/search",
          describe<AutoOptions>(kOptions),
          true,
          [](const Options& given) -> std::unique_ptr<Sampler> { return std::make_unique<AutoSampler>(read(given)); },
          nullptr,
          reason};
}

}  // namespace crescendo

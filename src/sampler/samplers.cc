#include "sampler/samplers.h"

#include <fmt/format.h>

#include "crescendo/error.h"
#include "sampler/free_point.h"

namespace crescendo {
namespace {

constexpr int kDraws = 100'000;

}  // namespace

void check_constraints(const Study& study) {
  if (study.space.constraints().empty()) return;
  Rng rng(0);
  const auto leaves_some = [&](const Box& box) {
    return find_uniform_point(study.space, box, rng, kDraws).has_value();
  };
  if (!leaves_some(whole(study.space))) {
    bad_input(
        fmt::format("the constraints leave no point in the space that {} draws would find; widen its ranges or "
                    "leave out a constraint",
                    kDraws));
  }
  for (int rung = 0; rung <= study.top(); ++rung) {
    if (study.ladder[static_cast<std::size_t>(rung)].limits.empty() || leaves_some(study.rung_box(rung))) continue;
    bad_input(
        fmt::format("the constraints leave no point in the limits of rung {} that {} draws would find; widen the "
                    "limits or leave out a constraint",
                    rung + 1, kDraws));
  }
}

std::unique_ptr<Sampler> make_sampler(const Study& study) {
  const SamplerEntry entry = find_entry(kSamplers, study.sampler.name, "sampler");
  if (entry.check_space) entry.check_space(study.space);
  check_constraints(study);
  return entry.make(study.sampler.options);
}

std::string sampler_reason(const Study& study) {
  const SamplerEntry entry = find_entry(kSamplers, study.sampler.name, "sampler");
  return entry.reason ? entry.reason(study) : "";
}

}  // namespace crescendo

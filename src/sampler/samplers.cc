#include "sampler/samplers.h"

namespace crescendo {

std::unique_ptr<Sampler> make_sampler(const Study& study) {
  const SamplerEntry entry = find_entry(kSamplers, study.sampler.name, "sampler");
  if (entry.check_space) entry.check_space(study.space);
  return entry.make(study.sampler.options);
}

}  // namespace crescendo

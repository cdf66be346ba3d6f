#include "sampler/samplers.h"

namespace crescendo {

std::unique_ptr<Sampler> make_sampler(const Study& study) {
  return find_entry(kSamplers, study.sampler.name, "sampler").make(study.sampler.options);
}

}  // namespace crescendo

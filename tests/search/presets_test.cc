#include "search/presets.h"

#include <gtest/gtest.h>

#include "crescendo/error.h"
#include "crescendo/sampler.h"
#include "crescendo/schedule.h"
#include "tests/fakes.h"

namespace crescendo {
namespace {

TEST(Presets, EachNamesASamplerAndAScheduleThatThereAre) {
  for (const Preset& preset : kPresets) {
    Study study = small_study(10, 3, std::string(preset.schedule));
    study.sampler = {std::string(preset.sampler)};
    EXPECT_NO_THROW(make_sampler(study)) << preset.name;
    EXPECT_NO_THROW(make_schedule(study)) << preset.name;
    EXPECT_EQ(&find_preset(preset.name), &preset) << "names are different";
  }
}

TEST(Presets, AnUnknownOneIsRefusedWithThoseThereAre) {
  try {
    find_preset("best");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(std::string(error.what()).find("no preset called 'best'; there are: random tpe iis"), 0u) << error.what();
  }
}

}  // namespace
}  // namespace crescendo

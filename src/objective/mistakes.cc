#include "objective/mistakes.h"

#include "base/base64.h"
#include "base/json.h"
#include "images/png_writer.h"

namespace crescendo {
namespace {

Json name_of(const Mistake& mistake, const ImageSet& images, const DataSet* data) {
  if (!data || images.entries.empty()) return mistake.picture;
  const int entry = images.entries[static_cast<std::size_t>(mistake.picture)];
  return data->entries()[static_cast<std::size_t>(entry)].name;
}

std::string png_text(const ImageSet& images, int picture) {
  const std::uint8_t* const pixels = images.picture(static_cast<std::size_t>(picture));
  return base64(
      encode_png({images.side_px, images.side_px, images.channels, {pixels, pixels + images.picture_bytes()}}));
}

}  // namespace

std::string mistakes_json(std::span<const Mistake> mistakes, const ImageSet& images, const DataSet* data) {
  Json list = Json::array();
  for (const Mistake& mistake : mistakes) {
    const int label = images.labels[static_cast<std::size_t>(mistake.picture)];
    list.push_back({{"picture", name_of(mistake, images, data)},
                    {"class", images.classes[static_cast<std::size_t>(label)]},
                    {"predicted", images.classes[static_cast<std::size_t>(mistake.predicted)]},
                    {"probability", mistake.probability},
                    {"side", images.side_px},
                    {"png", png_text(images, mistake.picture)}});
  }
  return to_line(list) + "\n";
}

}  // namespace crescendo

#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "crescendo/study.h"

namespace crescendo {

/// A study as JSON and as the TOML that users edit (docs/formats.md); both hold the same fields.
///
/// Parsing throws Error (bad input) for anything unknown, missing or out of range. Whether the names of sampler,
/// schedule and objective exist, and their options, is for their lists to say.
Json to_json(const Study& study);
Study parse_study(const Json& json);

/// The lessons of other studies, which users do not edit: only a store keeps them.
Json lessons_to_json(const std::vector<Lesson>& lessons, const Space& space);
std::shared_ptr<const std::vector<Lesson>> parse_lessons(const Json& list, const Space& space);
Study parse_study_file(std::string_view toml, std::string_view what);
std::string to_study_file(const Study& study);

/// A member of a family: its name, or a table with its name (`usual` where it has none) and options. Messages of this
/// and of parse_budget call it `what`.
Named parse_named(const Json& json, const std::string& what, const std::string& usual = "");
Budget parse_budget(const Json& json, const std::string& what = "budget");
Json to_json(const Named& named);
Json to_json(const Budget& budget);

Json to_json(const Tag& tag);
Tag parse_tag(const Json& json);

/// One sentence that names the first difference, empty if there is none. Budgets are not compared.
std::string difference(const Study& stored, const Study& wanted);

/// Whether a allows less than b in anything that it counts, or has a target that is sooner reached. A limit that is not
/// given is no limit.
bool is_smaller(const Budget& a, const Budget& b, bool maximize);

}  // namespace crescendo

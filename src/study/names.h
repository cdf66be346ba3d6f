#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "crescendo/study.h"

// What users call the things of a study.
namespace crescendo {

/// What a rung is called in tables and messages: "32 px" for an image side that no other rung has, else its numbers.
std::string rung_name(const Study& study, int rung);

/// That of a trial; "open" while it is still to be chosen.
std::string rung_name(const Study& study, const Trial& trial);

/// What heads a column of such names: "size", "rung", or nothing where the only rung has none.
std::string rung_heading(const Study& study);

/// A rung's fidelity, image_side and epochs first.
Json fidelity_json(const Rung& rung);

/// running, complete, pruned or failed, as docs/formats.md has it.
std::string_view state_name(const Study& study, const Trial& trial);

/// Whether the study's losses are errors of a network on pictures, in 0..1.
bool trains_pictures(const Study& study);

/// What users call the loss: "error", or the field of a program's answer. Throws Error (bad input) if
/// the objective's option has no text.
std::string loss_name(const Study& study);

}  // namespace crescendo

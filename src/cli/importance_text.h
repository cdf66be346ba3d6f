#pragma once

#include <string>

#include "report/importance_report.h"

namespace crescendo {

/// Tables for people.
std::string importance_text(const ImportanceReport& report);

}  // namespace crescendo

#include "base/shown_url.h"

#include <gtest/gtest.h>

namespace crescendo {
namespace {

TEST(ShownUrl, IsTheUrlWithoutItsPassword) {
  EXPECT_EQ(shown_url("postgres://me:secret@host:5432/db"), "postgres://me@host:5432/db");
  EXPECT_EQ(shown_url("postgresql://me@host:5432/db"), "postgresql://me@host:5432/db");
  EXPECT_EQ(shown_url("postgres://host:5432/db"), "postgres://host:5432/db");
  EXPECT_EQ(shown_url("postgres:///db"), "postgres:///db");
  EXPECT_EQ(shown_url("sqlite:////a:b@c/study.db"), "sqlite:////a:b@c/study.db");
  EXPECT_EQ(shown_url("postgres://[::1]:5432,other:1/db"), "postgres://[::1]:5432,other:1/db");
  EXPECT_EQ(shown_url("postgres://me@host/db?sslmode=require"), "postgres://me@host/db");
  EXPECT_EQ(shown_url("memory:"), "memory:");
  EXPECT_EQ(shown_url("study.db"), "study.db");
}

TEST(ShownUrl, ShowsNoPartOfAPasswordWhereverItStands) {
  for (const std::string url :
       {"postgres://me:SECRET@host/db", "postgres://me:SEC/RET@host/db", "postgres://me:SEC@RET@host/db",
        "postgres://me:SEC?RET@host/db", "postgres://me:SEC#RET@host/db", "postgres://me:SEC:RET@host/db",
        "postgres://host/db?password=SECRET", "postgres://me@host/db?user=me&password=SEC@RET",
        "postgres://me@host?password=SECRET", "postgres://host?sslpassword=SEC/RET",
        "postgres://host/db?password=SEC@RET", "postgres:///db?password=SECRET", "postgres:me:SECRET@host",
        "host=h password=SECRET", "postgres://me:SEC/RET", "postgres://:SECRET@host/db"}) {
    const std::string shown = shown_url(url);
    for (const char* part : {"SEC", "RET"}) EXPECT_EQ(shown.find(part), std::string::npos) << url << " is " << shown;
  }
}

}  // namespace
}  // namespace crescendo

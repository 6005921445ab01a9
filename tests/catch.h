// tests/catch.h - Catch2 under one name, whether version 2.13 (Debian 12) or version 3 is installed.
//
// Use TEST_CASE, SECTION, CHECK, REQUIRE, INFO, CAPTURE, GENERATE and Approx; what only one version has stays out.
#pragma once

#if __has_include(<catch2/catch_all.hpp>)
#include <catch2/catch_all.hpp>
using Catch::Approx;
#else
#include <catch2/catch.hpp>
#endif

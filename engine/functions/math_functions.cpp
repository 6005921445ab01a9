// Functions of numbers. Those of the C library take what looks like a number in full and answer NULL to the rest.
#include <cmath>
#include <limits>
#include <string>

#include "engine/functions/format.h"
#include "engine/functions/function_table.h"
#include "engine/functions/operators.h"
#include "storage/number_text.h"

namespace leftmost::engine {
namespace {

using storage::Value;
using Arguments = std::span<const Value>;

constexpr double kPi = 3.141592653589793238462643383279502884;
constexpr double kLn2 = 0.693147180559945309417232121458176568;
constexpr double kLn10 = 2.302585092994045684017991454684364208;

// The argument as a number: itself, or what its whole text says; otherwise neither integer nor real.
Value strict_number(Value value) {
  return value.is_text() ? storage::number_of_whole_text(value.as_bytes()) : value;
}

Value abs_function(CallContext& call, Arguments a) {
  if (a[0].is_null()) return a[0];
  if (a[0].is_integer()) {
    const std::int64_t value = a[0].as_integer();
    if (value >= 0) return a[0];
    if (value == std::numeric_limits<std::int64_t>::min()) {
      return call.run.fail(ErrorCode::kError, "integer overflow");
    }
    return Value::integer(-value);
  }
  const double value = real_value(a[0]);
  return Value::real(value < 0 ? -value : value);
}

Value sign_function(CallContext&, Arguments a) {
  const Value number = strict_number(a[0]);
  if (!number.is_number()) return Value::null();
  const double value = real_value(number);
  return Value::integer(value < 0.0 ? -1 : value > 0.0 ? 1 : 0);
}

Value round_function(CallContext&, Arguments a) {
  constexpr double kNoFractionFrom = 4503599627370496.0;  // 2^52
  constexpr std::int64_t kDigitsMax = 30;
  std::int64_t digits = 0;
  if (a.size() == 2) {
    if (a[1].is_null()) return Value::null();
    digits = static_cast<std::int32_t>(static_cast<std::uint32_t>(static_cast<std::uint64_t>(integer_value(a[1]))));
    if (digits > kDigitsMax) digits = kDigitsMax;
    if (digits < 0) digits = 0;
  }
  if (a[0].is_null()) return Value::null();
  const double value = real_value(a[0]);
  if (value < -kNoFractionFrom || value > kNoFractionFrom) return Value::real(value);
  if (digits == 0) {
    return Value::real(static_cast<double>(static_cast<std::int64_t>(value + (value < 0 ? -0.5 : 0.5))));
  }
  RealFormat format;
  format.conversion = 'f';
  format.precision = static_cast<int>(digits);
  return Value::real(storage::cast_text_to_real(format_real(value, format)));
}

template <double (*kRound)(double)>
Value integral_function(CallContext&, Arguments a) {
  const Value number = strict_number(a[0]);
  if (number.is_integer()) return number;
  return number.is_real() ? Value::real(kRound(number.as_real())) : Value::null();
}

template <double (*kFunction)(double)>
Value function_of_one(CallContext&, Arguments a) {
  const Value number = strict_number(a[0]);
  return number.is_number() ? Value::real(kFunction(real_value(number))) : Value::null();
}

template <double (*kFunction)(double, double)>
Value function_of_two(CallContext&, Arguments a) {
  const Value x = strict_number(a[0]);
  const Value y = strict_number(a[1]);
  return x.is_number() && y.is_number() ? Value::real(kFunction(real_value(x), real_value(y))) : Value::null();
}

double degrees(double x) { return x * (180.0 / kPi); }
double radians(double x) { return x * (kPi / 180.0); }

// The functions of <cmath> are overloaded; these have one address each.
double c_acos(double x) { return std::acos(x); }
double c_acosh(double x) { return std::acosh(x); }
double c_asin(double x) { return std::asin(x); }
double c_asinh(double x) { return std::asinh(x); }
double c_atan(double x) { return std::atan(x); }
double c_atan2(double y, double x) { return std::atan2(y, x); }
double c_atanh(double x) { return std::atanh(x); }
double c_ceil(double x) { return std::ceil(x); }
double c_cos(double x) { return std::cos(x); }
double c_cosh(double x) { return std::cosh(x); }
double c_exp(double x) { return std::exp(x); }
double c_floor(double x) { return std::floor(x); }
double c_fmod(double x, double y) { return std::fmod(x, y); }
double c_pow(double x, double y) { return std::pow(x, y); }
double c_sin(double x) { return std::sin(x); }
double c_sinh(double x) { return std::sinh(x); }
double c_sqrt(double x) { return std::sqrt(x); }
double c_tan(double x) { return std::tan(x); }
double c_tanh(double x) { return std::tanh(x); }
double c_trunc(double x) { return std::trunc(x); }

Value logarithm(Value argument, double ln_of_base) {
  const Value number = strict_number(argument);
  if (!number.is_number()) return Value::null();
  const double x = real_value(number);
  return x <= 0.0 ? Value::null() : Value::real(std::log(x) / ln_of_base);
}

Value ln_function(CallContext&, Arguments a) { return logarithm(a[0], 1.0); }
Value log2_function(CallContext&, Arguments a) { return logarithm(a[0], kLn2); }

// log(x) is the logarithm to base 10, log(base, x) to any base.
Value log_function(CallContext&, Arguments a) {
  if (a.size() == 1) return logarithm(a[0], kLn10);
  const Value base = strict_number(a[0]);
  if (!base.is_number()) return Value::null();
  const double base_value = real_value(base);
  if (base_value <= 0.0) return Value::null();
  const double ln_of_base = std::log(base_value);
  if (ln_of_base <= 0.0) return Value::null();
  // SQLite 3.40 forgets to ask whether the second argument is a number, and takes its numeric prefix.
  const double x = real_value(a[1]);
  return x <= 0.0 ? Value::null() : Value::real(std::log(x) / ln_of_base);
}

Value pi_function(CallContext&, Arguments) { return Value::real(kPi); }

}  // namespace

void add_number_functions(FunctionTable& table) {
  table.scalar("abs", 1, 1, abs_function);
  table.scalar("sign", 1, 1, sign_function);
  table.scalar("round", 1, 2, round_function);
  table.scalar("ceil", 1, 1, integral_function<c_ceil>);
  table.scalar("ceiling", 1, 1, integral_function<c_ceil>);
  table.scalar("floor", 1, 1, integral_function<c_floor>);
  table.scalar("trunc", 1, 1, integral_function<c_trunc>);
  table.scalar("ln", 1, 1, ln_function);
  table.scalar("log", 1, 2, log_function);
  table.scalar("log10", 1, 1, log_function);
  table.scalar("log2", 1, 1, log2_function);
  table.scalar("exp", 1, 1, function_of_one<c_exp>);
  table.scalar("sqrt", 1, 1, function_of_one<c_sqrt>);
  table.scalar("pow", 2, 2, function_of_two<c_pow>);
  table.scalar("power", 2, 2, function_of_two<c_pow>);
  table.scalar("mod", 2, 2, function_of_two<c_fmod>);
  table.scalar("acos", 1, 1, function_of_one<c_acos>);
  table.scalar("acosh", 1, 1, function_of_one<c_acosh>);
  table.scalar("asin", 1, 1, function_of_one<c_asin>);
  table.scalar("asinh", 1, 1, function_of_one<c_asinh>);
  table.scalar("atan", 1, 1, function_of_one<c_atan>);
  table.scalar("atan2", 2, 2, function_of_two<c_atan2>);
  table.scalar("atanh", 1, 1, function_of_one<c_atanh>);
  table.scalar("cos", 1, 1, function_of_one<c_cos>);
  table.scalar("cosh", 1, 1, function_of_one<c_cosh>);
  table.scalar("degrees", 1, 1, function_of_one<degrees>);
  table.scalar("pi", 0, 0, pi_function);
  table.scalar("radians", 1, 1, function_of_one<radians>);
  table.scalar("sin", 1, 1, function_of_one<c_sin>);
  table.scalar("sinh", 1, 1, function_of_one<c_sinh>);
  table.scalar("tan", 1, 1, function_of_one<c_tan>);
  table.scalar("tanh", 1, 1, function_of_one<c_tanh>);
}

}  // namespace leftmost::engine

// bench/sql_text.h - the statements that SQLite and our engine are measured with.
#pragma once

namespace leftmost::bench {

inline constexpr const char* kCreateTable =
    "CREATE TABLE users(id INTEGER PRIMARY KEY, last_name TEXT, first_name TEXT, age INT, email TEXT)";
inline constexpr const char* kCreateIndex = "CREATE INDEX users_name ON users(last_name, first_name)";
inline constexpr const char* kInsert = "INSERT INTO users VALUES (?1, ?2, ?3, ?4, ?5)";
inline constexpr const char* kAgeOf = "SELECT age FROM users WHERE id = ?1";
inline constexpr const char* kSumOfPair = "SELECT sum(age) FROM users WHERE last_name = ?1 AND first_name = ?2";
inline constexpr const char* kCountOfLastName = "SELECT count(*) FROM users WHERE last_name = ?1";
inline constexpr const char* kSumOfLastName = "SELECT sum(age) FROM users WHERE last_name = ?1";
// NOT INDEXED: with the index in place its entries, which are smaller, would be scanned instead of the table.
inline constexpr const char* kCountOfFirstName = "SELECT count(*) FROM users NOT INDEXED WHERE first_name = ?1";
inline constexpr const char* kSumOfFirstName = "SELECT sum(age) FROM users NOT INDEXED WHERE first_name = ?1";

}  // namespace leftmost::bench

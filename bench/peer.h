// bench/peer.h - one thing that holds users and answers questions about them: SQLite, our engine, a bare tree.
//
// Every answer is a number, so that a measurement can check that all peers did the same work.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "bench/users.h"

namespace leftmost::bench {

class Peer {
 public:
  virtual ~Peer() = default;
  virtual std::string_view name() const = 0;

  /// Fills an empty peer, in one transaction, row by row. False: it cannot (a container whose indexes are part of its type).
  virtual bool load(const Users& users, bool with_index) = 0;
  /// The index on (last_name, first_name) of loaded rows, in one go. False: it cannot.
  virtual bool build_index() = 0;

  // Each is asked with the index in place.
  virtual std::int64_t age_of(std::int64_t id) = 0;
  /// Sum of the ages of the rows with both names.
  virtual std::int64_t sum_of_pair(std::string_view last_name, std::string_view first_name) = 0;
  virtual std::int64_t count_of_last_name(std::string_view last_name) = 0;
  virtual std::int64_t sum_of_last_name(std::string_view last_name) = 0;
  /// Over the whole table: no index starts with first_name.
  virtual std::int64_t count_of_first_name(std::string_view first_name) = 0;
  virtual std::int64_t sum_of_first_name(std::string_view first_name) = 0;
};

std::unique_ptr<Peer> make_sqlite_peer();
std::unique_ptr<Peer> make_engine_peer();       ///< ours, through SQL and prepared statements
std::unique_ptr<Peer> make_btree_peer();        ///< ours, the bare storage/btree.h
std::unique_ptr<Peer> make_absl_peer();         ///< absl::btree_map and absl::btree_set
std::unique_ptr<Peer> make_multi_index_peer();  ///< Boost.MultiIndex with composite_key

}  // namespace leftmost::bench

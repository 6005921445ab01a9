// storage/persistent_map.h - an ordered map whose copies share everything that has not changed since.
//
//   a copy     O(1): one more reference to the root
//   a change   O(log n): copies those nodes on its path from the root that somebody else can reach as well
//
// The catalog, the statistics and the list of trees are kept in such maps, so that a snapshot of a database
// costs the same with three tables and with three thousand. A balanced binary search tree: left and right
// heights differ by one at most (Adelson-Velsky and Landis, 1962), which also bounds every recursion below.
//
// A node may be changed in place exactly if it and all nodes above it have one reference, as with the pages
// of a B-tree. Copies may be used on different threads.
#pragma once

#include <algorithm>
#include <atomic>
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace leftmost::storage {

/// How keys are ordered: negative, 0 or positive. A type of keys may have an order() of its own, and one for
/// what else can be looked up instead of a key.
template <typename A, typename B>
int order(const A& a, const B& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

/// Requires: Key and Value can be copied.
template <typename Key, typename Value>
class PersistentMap {
 public:
  bool empty() const { return root_ == nullptr; }

  /// Null if there is no such key. Valid until this map changes.
  template <typename Wanted = Key>
  const Value* find(const Wanted& wanted) const {
    const Node* node = root_.get();
    while (node != nullptr) {
      const int side = order(wanted, node->key);
      if (side == 0) return &node->value;
      node = side < 0 ? node->left.get() : node->right.get();
    }
    return nullptr;
  }

  /// To change a value: null if there is no such key. Valid until its key goes or the map is copied, whatever
  /// happens to other keys.
  Value* find_to_change(const Key& key) {
    if (find(key) == nullptr) return nullptr;
    Link* link = &root_;
    for (;;) {
      own(*link);
      Node& node = **link;
      const int side = order(key, node.key);
      if (side == 0) return &node.value;
      link = side < 0 ? &node.left : &node.right;
    }
  }

  /// The same, with a value made for a new key.
  Value& find_or_insert(const Key& key) {
    if (find(key) == nullptr) insert(root_, key, Value());
    return *find_to_change(key);
  }

  void insert_or_assign(const Key& key, Value value) { insert(root_, key, std::move(value)); }

  /// False if there was no such key.
  bool erase(const Key& key) {
    if (find(key) == nullptr) return false;
    erase(root_, key);
    return true;
  }

  /// Calls visit(key, value) for all keys in order, until it returns false.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    walk(root_.get(), nullptr, visit);
  }
  /// The same, beginning with the first key that is not below `first`.
  template <typename Visit>
  void for_each_from(const Key& first, Visit&& visit) const {
    walk(root_.get(), &first, visit);
  }

 private:
  struct Node;
  using Link = boost::intrusive_ptr<Node>;
  struct Node {
    Node(const Key& k, Value v) : key(k), value(std::move(v)) {}
    Node(const Node& other)
        : height(other.height), left(other.left), right(other.right), key(other.key), value(other.value) {}
    Node& operator=(const Node&) = delete;
    ~Node() = default;

    friend void intrusive_ptr_add_ref(Node* node) {
      node->references.fetch_add(1, std::memory_order_relaxed);
    }
    friend void intrusive_ptr_release(Node* node) {
      if (node->references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete node;
    }

    std::atomic<std::uint32_t> references{0};
    int height = 1;
    Link left, right;
    Key key;
    Value value;
  };

  static int height(const Link& link) { return link == nullptr ? 0 : link->height; }
  static void measure(Node& node) { node.height = 1 + std::max(height(node.left), height(node.right)); }

  // Makes the node behind `link` one that nobody else can reach. Requires: `link` itself is such a node's, or
  // the root.
  static void own(Link& link) {
    if (link->references.load(std::memory_order_acquire) != 1) link = Link(new Node(*link));
  }

  static void rotate_right(Link& link) {
    own(link->left);
    Link top = std::move(link->left);
    link->left = std::move(top->right);
    measure(*link);
    top->right = std::move(link);
    measure(*top);
    link = std::move(top);
  }

  static void rotate_left(Link& link) {
    own(link->right);
    Link top = std::move(link->right);
    link->right = std::move(top->left);
    measure(*link);
    top->left = std::move(link);
    measure(*top);
    link = std::move(top);
  }

  static void balance(Link& link) {
    const int slope = height(link->left) - height(link->right);
    if (slope > 1) {
      if (height(link->left->left) < height(link->left->right)) {
        own(link->left);
        rotate_left(link->left);
      }
      rotate_right(link);
    } else if (slope < -1) {
      if (height(link->right->right) < height(link->right->left)) {
        own(link->right);
        rotate_right(link->right);
      }
      rotate_left(link);
    } else {
      measure(*link);
    }
  }

  static void insert(Link& link, const Key& key, Value value) {
    if (link == nullptr) {
      link = Link(new Node(key, std::move(value)));
      return;
    }
    own(link);
    const int side = order(key, link->key);
    if (side == 0) {
      link->value = std::move(value);
      return;
    }
    insert(side < 0 ? link->left : link->right, key, std::move(value));
    balance(link);
  }

  // Takes the node with the lowest key out of `link`, and returns it.
  static Link take_first(Link& link) {
    own(link);
    if (link->left == nullptr) {
      Link first = std::move(link);
      link = std::move(first->right);
      return first;
    }
    Link first = take_first(link->left);
    balance(link);
    return first;
  }

  static void erase(Link& link, const Key& key) {
    own(link);
    if (const int side = order(key, link->key); side != 0) {
      erase(side < 0 ? link->left : link->right, key);
    } else if (link->left == nullptr || link->right == nullptr) {
      Link child = std::move(link->left == nullptr ? link->right : link->left);
      link = std::move(child);
      return;
    } else {
      Link next = take_first(link->right);
      next->left = std::move(link->left);
      next->right = std::move(link->right);
      link = std::move(next);
    }
    balance(link);
  }

  template <typename Visit>
  static bool walk(const Node* node, const Key* first, Visit& visit) {
    if (node == nullptr) return true;
    if (first != nullptr && order(node->key, *first) < 0) return walk(node->right.get(), first, visit);
    return walk(node->left.get(), first, visit) && visit(node->key, node->value) &&
           walk(node->right.get(), nullptr, visit);
  }

  Link root_;
};

}  // namespace leftmost::storage

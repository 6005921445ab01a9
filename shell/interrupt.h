// shell/interrupt.h - Ctrl-C stops the statement that runs, not the program. The third in a row does end it, in case the
// statement does not listen.
#pragma once

namespace leftmost::oracle {
class Session;
}

namespace leftmost::shell {

/// From here on Ctrl-C is caught.
void catch_interrupts();
/// Which Session's statement Ctrl-C stops; null: none. The caller takes it back before the Session goes.
void interrupt_goes_to(oracle::Session* session);
/// Whether Ctrl-C was pressed since take_interrupt() was last called.
bool is_interrupted();
/// The same, and forgets it.
bool take_interrupt();

}  // namespace leftmost::shell

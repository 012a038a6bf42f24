// The base types of the protocol. On the wire each is tagged as a struct and written bare, which generated code cannot do:
// the Java of these is written by hand (dev.sluice.wire), and this file only names them.
namespace java dev.sluice.wire

struct Blob {}
struct WireErrorCode {}
struct WireTaskCode {}
struct WireGpid {}
struct WireAddress {}
struct WireHostPort {}

package ftpwire_test

import "runtime"

// lockable says whether parts are locked on this system.
var lockable = runtime.GOOS == "linux" || runtime.GOOS == "darwin" || runtime.GOOS == "freebsd"

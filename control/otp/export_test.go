package otp

// Dictionary lets the tests see the words.
func Dictionary() []string { return dictionary() }

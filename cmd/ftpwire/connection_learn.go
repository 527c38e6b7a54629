package main

// forget removes what was learned about the server.
func forget(values map[string]any) {
	assign(values, keyLearned, nil)
	assign(values, "data.memory", nil)
}

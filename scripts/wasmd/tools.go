//go:build tools

// Package tools names wasmd as a dependency, so that go.mod and go.sum pin it.
package tools

import _ "github.com/CosmWasm/wasmd/cmd/wasmd"

// Package config is how an installation is set: one struct, read from a YAML
// file, the environment and flags, in this order, the later ones counting.
//
// Every key stands once, in the table of settings: from it come the names in
// the file and in the environment, the example, and what is printed. An unknown
// key is a mistake, told with its line and the nearest key there is, and all
// mistakes are told at once. Secrets come from files of their own or from the
// environment, and are never printed.
//
// The package opens no file and reads no environment by itself: both are given.
package config

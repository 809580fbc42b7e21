// Package accounts knows who may do what: users with their roles and counties,
// how they prove who they are, and for how long they are believed.
//
// Users are state: every change of one is a step of the journal, so a rebuild
// brings them back. What proves a person, the argon2id hash of the password and
// the secret of the second factor, goes into that record only sealed with a key
// of the installation: whoever reads the journal learns neither.
//
// Sessions, one-time links and counts of failed sign-ins are no state. They lie
// beside it in Redis, by the SHA-256 of their token, and end with it.
//
// The three administrators are three people: nobody has two of these roles, or
// one of them and any other ([CheckRoles]).
package accounts

Feature: a policy that was written for Terraform reads a plan of ringform
  Scenario: no client is open to every country
    Given I have ringform_client defined
    When it has geo_list
    Then it must have geo_list
    And its value must not match the "\*" regex
